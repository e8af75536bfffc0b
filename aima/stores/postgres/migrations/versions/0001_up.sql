-- Statements are separated by blank lines. Times of media are bigint microseconds, wall clock is timestamptz.
CREATE TABLE users (
    user_id uuid PRIMARY KEY,
    username text NOT NULL UNIQUE,
    email text UNIQUE,
    password_hash text,
    role text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_login timestamptz
);

CREATE TABLE contents (
    content_id text PRIMARY KEY,
    size bigint NOT NULL,
    info jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE segments (
    content_id text NOT NULL REFERENCES contents ON DELETE CASCADE,
    stream text NOT NULL CHECK (stream IN ('sight', 'sound')),
    no integer NOT NULL,
    start_us bigint NOT NULL,
    end_us bigint NOT NULL CHECK (end_us > start_us),
    PRIMARY KEY (content_id, stream, no)
);

-- Names of files need not be text: raw_* hold the bytes, filename and file_path are for people.
CREATE TABLE media_files (
    media_id uuid PRIMARY KEY,
    content_id text NOT NULL REFERENCES contents,
    filename text NOT NULL,
    file_path text NOT NULL,
    raw_filename bytea NOT NULL,
    raw_path bytea NOT NULL,
    file_size bigint NOT NULL,
    media_type text NOT NULL,
    format text NOT NULL,
    duration_us bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    uploaded_by uuid NOT NULL REFERENCES users,
    UNIQUE (uploaded_by, content_id)
);

CREATE INDEX media_files_content_id ON media_files (content_id);

CREATE TABLE analysis_jobs (
    job_id uuid PRIMARY KEY,
    media_id uuid NOT NULL REFERENCES media_files ON DELETE CASCADE,
    batch_id uuid,
    job_type text NOT NULL,
    status text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    priority integer NOT NULL,
    analyzers jsonb NOT NULL,
    code text,
    detail text,
    problems jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz,
    completed_at timestamptz,
    created_by uuid REFERENCES users
);

CREATE INDEX analysis_jobs_media_id ON analysis_jobs (media_id, created_at);

CREATE TABLE gpu_instances (
    instance_id uuid PRIMARY KEY,
    provider text NOT NULL,
    instance_type text NOT NULL,
    status text NOT NULL,
    vram bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_active timestamptz
);

CREATE TABLE job_assignments (
    assignment_id uuid PRIMARY KEY,
    job_id uuid NOT NULL REFERENCES analysis_jobs ON DELETE CASCADE,
    instance_id uuid NOT NULL REFERENCES gpu_instances,
    assigned_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    status text NOT NULL
);

CREATE TABLE system_metrics (
    metric_id uuid NOT NULL,
    metric_type text NOT NULL,
    value double precision NOT NULL,
    "timestamp" timestamptz NOT NULL,
    instance_id uuid REFERENCES gpu_instances,
    PRIMARY KEY (metric_id, "timestamp")
) PARTITION BY RANGE ("timestamp");

CREATE TABLE observation_files (
    content_id text NOT NULL REFERENCES contents ON DELETE CASCADE,
    analyzer text NOT NULL,
    model_version text NOT NULL,
    options_hash text NOT NULL,
    segment_no integer NOT NULL,
    path text NOT NULL,
    sha256 text NOT NULL,
    rows integer NOT NULL,
    state text NOT NULL CHECK (state IN ('done')),
    attempts integer NOT NULL,
    node text NOT NULL,
    gpu text,
    cpu_s double precision NOT NULL,
    wall_s double precision NOT NULL,
    problems jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (content_id, analyzer, model_version, options_hash, segment_no)
);

CREATE TABLE crops (
    path text PRIMARY KEY,
    content_id text NOT NULL REFERENCES contents ON DELETE CASCADE,
    segment_no integer NOT NULL,
    pts_us bigint NOT NULL,
    ordinal integer NOT NULL,
    box real[] NOT NULL,
    quality real NOT NULL,
    sha256 text NOT NULL
);

CREATE INDEX crops_content_id ON crops (content_id, pts_us, ordinal);

CREATE TABLE ledger_events (
    seq bigint PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    kind text NOT NULL,
    actor text NOT NULL,
    at_us bigint NOT NULL,
    payload text NOT NULL,
    prev_hash text NOT NULL,
    hash text NOT NULL UNIQUE
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE persons (
    person_id uuid PRIMARY KEY,
    number integer NOT NULL UNIQUE,
    name text,
    state text NOT NULL CHECK (state IN ('active', 'merged', 'gone')),
    merged_into uuid REFERENCES persons,
    hidden boolean NOT NULL,
    first_detection_job_id uuid REFERENCES analysis_jobs ON DELETE SET NULL,
    picture_path text,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE fusion_runs (
    run_id uuid PRIMARY KEY,
    event_seq bigint NOT NULL UNIQUE REFERENCES ledger_events,
    input_hash text NOT NULL,
    models jsonb NOT NULL,
    thresholds jsonb NOT NULL,
    digest text NOT NULL,
    is_current boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- person_id is the projection: whose track it is now, after the decisions of people. So is is_current above.
CREATE TABLE tracks (
    track_id uuid PRIMARY KEY,
    content_id text NOT NULL REFERENCES contents ON DELETE CASCADE,
    stream text NOT NULL CHECK (stream IN ('sight', 'sound')),
    start_us bigint NOT NULL,
    end_us bigint NOT NULL CHECK (end_us > start_us),
    box real[] NOT NULL,
    best_pts_us bigint NOT NULL,
    best_ordinal integer NOT NULL,
    best_quality real NOT NULL,
    score real NOT NULL,
    samples integer NOT NULL,
    expression real[],
    picture_path text,
    picture_quality real,
    person_id uuid REFERENCES persons
);

CREATE INDEX tracks_content_id ON tracks (content_id, start_us);

CREATE INDEX tracks_person_id ON tracks (person_id);

CREATE TABLE assignments (
    run_id uuid NOT NULL REFERENCES fusion_runs ON DELETE CASCADE,
    track_id uuid NOT NULL REFERENCES tracks ON DELETE CASCADE,
    person_id uuid REFERENCES persons,
    log_odds double precision,
    shares jsonb NOT NULL,
    PRIMARY KEY (run_id, track_id)
);

CREATE TABLE person_appearances (
    appearance_id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons ON DELETE CASCADE,
    media_id uuid NOT NULL REFERENCES media_files ON DELETE CASCADE,
    first_appearance_time_us bigint NOT NULL,
    last_appearance_time_us bigint NOT NULL,
    confidence double precision NOT NULL,
    source text NOT NULL,
    track_ids uuid[] NOT NULL
);

CREATE INDEX person_appearances_person_id ON person_appearances (person_id);

CREATE INDEX person_appearances_media_id ON person_appearances (media_id, first_appearance_time_us);
