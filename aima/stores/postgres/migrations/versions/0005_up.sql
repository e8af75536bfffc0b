CREATE TABLE hearings (
    content_id text PRIMARY KEY REFERENCES contents ON DELETE CASCADE,
    input_hash text NOT NULL
);

-- vector, vectors: float32, little-endian, `dimension` numbers each. No vector: too little was heard.
CREATE TABLE speakers (
    content_id text NOT NULL REFERENCES hearings ON DELETE CASCADE,
    no integer NOT NULL,
    seconds double precision NOT NULL,
    dimension integer NOT NULL,
    vector bytea,
    vectors bytea NOT NULL,
    PRIMARY KEY (content_id, no)
);

CREATE TABLE turns (
    turn_id uuid PRIMARY KEY,
    content_id text NOT NULL,
    speaker integer NOT NULL,
    start_us bigint NOT NULL,
    end_us bigint NOT NULL CHECK (end_us > start_us),
    FOREIGN KEY (content_id, speaker) REFERENCES speakers ON DELETE CASCADE
);

CREATE INDEX turns_content_id ON turns (content_id, start_us);

-- words: with their times. stems: for whichever language is asked in; what is said need not be in the language that was
-- recognised.
CREATE TABLE utterances (
    utterance_id uuid PRIMARY KEY,
    content_id text NOT NULL REFERENCES hearings ON DELETE CASCADE,
    start_us bigint NOT NULL,
    end_us bigint NOT NULL CHECK (end_us >= start_us),
    speaker integer,
    language text NOT NULL,
    text text NOT NULL,
    text_id uuid NOT NULL,
    words jsonb NOT NULL,
    stems tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', text) || to_tsvector('german', text) || to_tsvector('english', text)
    ) STORED,
    FOREIGN KEY (content_id, speaker) REFERENCES speakers ON DELETE CASCADE
);

CREATE INDEX utterances_content_id ON utterances (content_id, start_us);

CREATE INDEX utterances_text_id ON utterances (text_id);

CREATE INDEX utterances_stems ON utterances USING gin (stems);

CREATE TABLE soundings (
    content_id text NOT NULL REFERENCES hearings ON DELETE CASCADE,
    label text NOT NULL,
    start_us bigint NOT NULL,
    end_us bigint NOT NULL CHECK (end_us > start_us),
    score real NOT NULL,
    PRIMARY KEY (content_id, label, start_us)
);
