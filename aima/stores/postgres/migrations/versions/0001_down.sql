DROP TABLE person_appearances, assignments, tracks, fusion_runs, persons, ledger_events, crops, observation_files,
    system_metrics, job_assignments, gpu_instances, analysis_jobs, media_files, segments, contents, users;

DROP FUNCTION refuse_change();
