-- A job that was open until now belonged to a process, which has no segments in the queue: nobody would take it up.
UPDATE analysis_jobs
SET status = 'failed', code = 'interrupted', detail = 'broken off before there was a queue',
    completed_at = clock_timestamp()
WHERE status IN ('queued', 'running');

ALTER TABLE analysis_jobs
    ADD COLUMN request jsonb NOT NULL DEFAULT '{}',
    DROP CONSTRAINT analysis_jobs_status_check,
    ADD CONSTRAINT analysis_jobs_status_check
        CHECK (status IN ('queued', 'running', 'paused', 'done', 'failed', 'cancelled'));

-- The order in which jobs are served.
CREATE INDEX analysis_jobs_open ON analysis_jobs (priority DESC, created_at, job_id)
    WHERE status IN ('queued', 'running');

-- attempts: that failed. losses: how often a lease ended through no fault of the segment. Where it begins and ends is in
-- `segments`. code and detail: of the last attempt that failed.
CREATE TABLE job_segments (
    job_id uuid NOT NULL REFERENCES analysis_jobs ON DELETE CASCADE,
    content_id text NOT NULL,
    stream text NOT NULL CHECK (stream IN ('sight', 'sound')),
    segment_no integer NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'leased', 'done', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    losses integer NOT NULL DEFAULT 0,
    not_before timestamptz,
    fleet_id text,
    lease_until timestamptz,
    done_us bigint NOT NULL DEFAULT 0,
    decode_cpu_s double precision NOT NULL DEFAULT 0,
    code text,
    detail text,
    PRIMARY KEY (job_id, stream, segment_no),
    CHECK ((state = 'leased') = (fleet_id IS NOT NULL AND lease_until IS NOT NULL))
) WITH (fillfactor = 80);

-- Rows that are done are in none of these: the queue stays as cheap as what is open.
CREATE INDEX job_segments_open ON job_segments (job_id, stream, segment_no) WHERE state IN ('waiting', 'leased');

CREATE INDEX job_segments_twins ON job_segments (content_id, stream, segment_no) WHERE state IN ('waiting', 'leased');

-- Whatever goes wrong, no segment of a content is worked on twice at once.
CREATE UNIQUE INDEX job_segments_leased ON job_segments (content_id, stream, segment_no) WHERE state = 'leased';

CREATE TABLE fleets (
    fleet_id text PRIMARY KEY,
    name text NOT NULL,
    node text NOT NULL,
    pid integer NOT NULL,
    state text NOT NULL CHECK (state IN ('idle', 'working', 'closed')),
    places jsonb NOT NULL,
    in_flight integer NOT NULL,
    segments_done bigint NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- node: name of the machine; node_id: what Ray calls it. instance_type: its GPU, or cpu.
ALTER TABLE gpu_instances ADD COLUMN node text, ADD COLUMN node_id text NOT NULL DEFAULT '';

UPDATE gpu_instances SET node = instance_id::text;

ALTER TABLE gpu_instances ALTER COLUMN node SET NOT NULL, ADD UNIQUE (node, node_id);

ALTER TABLE job_assignments ADD UNIQUE (job_id, instance_id);
