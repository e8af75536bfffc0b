-- Metrics say where they were taken and of what. They outlive their jobs, so job_id refers to nothing.
ALTER TABLE system_metrics
    ADD COLUMN node text,
    ADD COLUMN job_id uuid,
    ADD COLUMN labels jsonb NOT NULL DEFAULT '{}';

CREATE INDEX system_metrics_metric_type ON system_metrics (metric_type, "timestamp");

-- The page of a person and the time line of a medium are answered from these indexes alone. track_ids has no bound,
-- so it cannot be part of one.
DROP INDEX person_appearances_person_id;

DROP INDEX person_appearances_media_id;

CREATE INDEX person_appearances_person_id
    ON person_appearances (person_id, media_id, first_appearance_time_us)
    INCLUDE (last_appearance_time_us, confidence, source, appearance_id);

CREATE INDEX person_appearances_media_id
    ON person_appearances (media_id, first_appearance_time_us)
    INCLUDE (person_id, last_appearance_time_us, confidence, source, appearance_id);

-- An index answers alone only where the table was vacuumed since the last change.
ALTER TABLE person_appearances
    SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- Figures of the dashboard. Each has a unique index, so that it can be refreshed while it is read. No names: those are
-- joined when the figures are read, and are gone when they are forgotten.
CREATE MATERIALIZED VIEW figures_age AS
SELECT 1 AS one, clock_timestamp() AS refreshed_at;

CREATE UNIQUE INDEX figures_age_key ON figures_age (one);

CREATE MATERIALIZED VIEW figures_kinds AS
SELECT m.media_type AS kind,
       count(*) AS media,
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM analysis_jobs j WHERE j.media_id = m.media_id AND j.status = 'done')) AS analysed,
       sum(m.file_size)::bigint AS bytes,
       sum(m.duration_us)::bigint AS duration_us
FROM media_files m
GROUP BY m.media_type;

CREATE UNIQUE INDEX figures_kinds_key ON figures_kinds (kind);

CREATE MATERIALIZED VIEW figures_persons AS
SELECT person_id,
       sum(last_appearance_time_us - first_appearance_time_us)::bigint AS screen_us,
       count(*) AS appearances,
       count(DISTINCT media_id) AS media
FROM person_appearances
GROUP BY person_id;

CREATE UNIQUE INDEX figures_persons_key ON figures_persons (person_id);

CREATE INDEX figures_persons_screen ON figures_persons (screen_us DESC, person_id);

CREATE MATERIALIZED VIEW figures_days AS
SELECT (created_at AT TIME ZONE 'UTC')::date AS day,
       media_type AS kind,
       count(*) AS media,
       sum(file_size)::bigint AS bytes,
       sum(duration_us)::bigint AS duration_us
FROM media_files
GROUP BY 1, 2;

CREATE UNIQUE INDEX figures_days_key ON figures_days (day, kind);

-- What a stage costs: analyzers by the markers of their segments, decoding by its metrics.
CREATE MATERIALIZED VIEW figures_stages AS
SELECT f.analyzer AS stage,
       f.model_version AS version,
       c.info ->> 'kind' AS kind,
       count(*) AS segments,
       sum(s.end_us - s.start_us)::bigint AS media_us,
       sum(f.cpu_s) AS cpu_s,
       sum(f.wall_s) AS wall_s
FROM observation_files f
JOIN contents c USING (content_id)
JOIN segments s ON s.content_id = f.content_id AND s.no = f.segment_no AND s.stream = 'sight'
GROUP BY 1, 2, 3
UNION ALL
SELECT 'decode', '', labels ->> 'kind', count(*), sum((labels ->> 'media_us')::bigint)::bigint, sum(value), NULL
FROM system_metrics
WHERE metric_type = 'decode_cpu_s'
GROUP BY 3;

CREATE UNIQUE INDEX figures_stages_key ON figures_stages (stage, version, kind);

-- job: how the newest job of a medium ended; problem: what it noted; attempt: what failed on the way, also if a second
-- attempt mended it.
CREATE MATERIALIZED VIEW figures_errors AS
WITH newest AS (
    SELECT DISTINCT ON (media_id) code, problems, completed_at
    FROM analysis_jobs
    WHERE completed_at IS NOT NULL
    ORDER BY media_id, created_at DESC, job_id
)
SELECT 'job' AS source, code, count(*) AS times, max(completed_at) AS last_at
FROM newest
WHERE code IS NOT NULL
GROUP BY code
UNION ALL
SELECT 'problem', noted ->> 'code', count(*), max(completed_at)
FROM newest, jsonb_array_elements(problems) AS noted
GROUP BY 2
UNION ALL
SELECT 'attempt', labels ->> 'code', count(*), max("timestamp")
FROM system_metrics
WHERE metric_type = 'error'
GROUP BY 2;

CREATE UNIQUE INDEX figures_errors_key ON figures_errors (source, code);

CREATE MATERIALIZED VIEW figures_storage AS
SELECT 'originals' AS what, count(*) AS items, coalesce(sum(size), 0)::bigint AS bytes FROM contents
UNION ALL
SELECT 'observations', count(*), NULL FROM observation_files
UNION ALL
SELECT 'crops', count(*), NULL FROM crops
UNION ALL
SELECT 'findings', count(*), pg_total_relation_size('findings') FROM findings
UNION ALL
SELECT 'appearances', count(*), pg_total_relation_size('person_appearances') FROM person_appearances
UNION ALL
SELECT 'database', NULL, pg_database_size(current_database());

CREATE UNIQUE INDEX figures_storage_key ON figures_storage (what);
