/** Variables that say which data a model was trained with: the claim, and the snapshot of it. MLflow's tags of the documents have the same names in small letters. */
export const RUN_ENVIRONMENT = ['DATA_VOLUME_NAME', 'SNAPSHOT_NAME'] as const;
