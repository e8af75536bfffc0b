DROP MATERIALIZED VIEW figures_stages;

DELETE FROM observation_files WHERE stream <> 'sight';

ALTER TABLE observation_files DROP COLUMN stream;

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
