-- What has changed and who has still to hear of it. seq is drawn under a lock, so that its order is that of the commits.
CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL CHECK (topic IN ('content', 'medium', 'person', 'text', 'model')),
    key text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE outbox_cursors (
    consumer text PRIMARY KEY,
    seq bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE outbox_dead_letters (
    consumer text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    seq bigint NOT NULL,
    code text NOT NULL,
    detail text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic, key)
);

-- Of each content: what its shots and findings were made of.
CREATE TABLE sightings (
    content_id text PRIMARY KEY REFERENCES contents ON DELETE CASCADE,
    input_hash text NOT NULL
);

CREATE TABLE shots (
    content_id text NOT NULL REFERENCES sightings ON DELETE CASCADE,
    no integer NOT NULL,
    start_us bigint NOT NULL,
    end_us bigint NOT NULL CHECK (end_us > start_us),
    vector_pts_us bigint[] NOT NULL,
    PRIMARY KEY (content_id, no)
);

CREATE TABLE findings (
    finding_id uuid PRIMARY KEY,
    content_id text NOT NULL REFERENCES sightings ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('object', 'label', 'text')),
    text text NOT NULL,
    text_id uuid NOT NULL,
    start_us bigint NOT NULL,
    end_us bigint NOT NULL CHECK (end_us > start_us),
    score real NOT NULL,
    best_pts_us bigint NOT NULL,
    box real[],
    most integer NOT NULL,
    words tsvector GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED
);

CREATE INDEX findings_content_id ON findings (content_id, start_us);

CREATE INDEX findings_text_id ON findings (text_id);

CREATE INDEX findings_words ON findings USING gin (words);

-- Vectors of texts, once per model version and text: float32, little endian.
CREATE TABLE text_vectors (
    model_version text NOT NULL,
    text_id uuid NOT NULL,
    text text NOT NULL,
    vector bytea NOT NULL,
    PRIMARY KEY (model_version, text_id)
);

-- Which model version answers, by task. The event in the ledger that made it so is the proof; the alias follows.
CREATE TABLE active_models (
    task text PRIMARY KEY,
    model text NOT NULL,
    model_version text NOT NULL,
    event_seq bigint NOT NULL REFERENCES ledger_events
);

-- The samples of a track whose vectors are kept for search, at most five.
ALTER TABLE tracks
    ADD COLUMN vector_pts_us bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN vector_ordinals integer[] NOT NULL DEFAULT '{}';
