DROP MATERIALIZED VIEW
    figures_storage, figures_errors, figures_stages, figures_days, figures_persons, figures_kinds, figures_age;

DROP INDEX person_appearances_person_id, person_appearances_media_id, system_metrics_metric_type;

CREATE INDEX person_appearances_person_id ON person_appearances (person_id);

CREATE INDEX person_appearances_media_id ON person_appearances (media_id, first_appearance_time_us);

ALTER TABLE person_appearances RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor);

ALTER TABLE system_metrics DROP COLUMN node, DROP COLUMN job_id, DROP COLUMN labels;
