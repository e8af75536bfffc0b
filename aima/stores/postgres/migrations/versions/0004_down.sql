-- What waits has no place without the queue, and who is at it can no longer say so.
UPDATE job_assignments SET status = 'failed', completed_at = clock_timestamp() WHERE completed_at IS NULL;

UPDATE analysis_jobs
SET status = 'failed', code = 'interrupted', detail = 'broken off with the queue', completed_at = clock_timestamp()
WHERE status IN ('queued', 'running', 'paused');

ALTER TABLE job_assignments DROP CONSTRAINT job_assignments_job_id_instance_id_key;

ALTER TABLE gpu_instances DROP COLUMN node, DROP COLUMN node_id;

DROP TABLE fleets, job_segments;

DROP INDEX analysis_jobs_open;

ALTER TABLE analysis_jobs
    DROP COLUMN request,
    DROP CONSTRAINT analysis_jobs_status_check,
    ADD CONSTRAINT analysis_jobs_status_check CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled'));
