ALTER TABLE tracks DROP COLUMN vector_pts_us, DROP COLUMN vector_ordinals;

DROP TABLE active_models, text_vectors, findings, shots, sightings, outbox_dead_letters, outbox_cursors, outbox;
