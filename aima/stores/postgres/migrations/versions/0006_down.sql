DELETE FROM person_appearances WHERE source = 'voice';

DELETE FROM tracks WHERE stream = 'sound';

ALTER TABLE tracks DROP COLUMN speaker;

ALTER TABLE tracks ALTER COLUMN box SET NOT NULL;

DROP MATERIALIZED VIEW figures_persons;

CREATE MATERIALIZED VIEW figures_persons AS
SELECT person_id,
       sum(last_appearance_time_us - first_appearance_time_us)::bigint AS screen_us,
       count(*) AS appearances,
       count(DISTINCT media_id) AS media
FROM person_appearances
GROUP BY person_id;

CREATE UNIQUE INDEX figures_persons_key ON figures_persons (person_id);

CREATE INDEX figures_persons_screen ON figures_persons (screen_us DESC, person_id);
