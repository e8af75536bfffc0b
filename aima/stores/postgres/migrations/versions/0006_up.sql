-- Turns are tracks of stream "sound": no box, and the voice of their content.
ALTER TABLE tracks ALTER COLUMN box DROP NOT NULL;

ALTER TABLE tracks ADD COLUMN speaker integer;

-- Screen time is of what is seen.
DROP MATERIALIZED VIEW figures_persons;

CREATE MATERIALIZED VIEW figures_persons AS
SELECT person_id,
       coalesce(sum(last_appearance_time_us - first_appearance_time_us) FILTER (WHERE source = 'face'), 0)::bigint AS screen_us,
       count(*) AS appearances,
       count(DISTINCT media_id) AS media
FROM person_appearances
GROUP BY person_id;

CREATE UNIQUE INDEX figures_persons_key ON figures_persons (person_id);

CREATE INDEX figures_persons_screen ON figures_persons (screen_us DESC, person_id);
