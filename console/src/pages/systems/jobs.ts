/** How a job stands, as the API names it. */
export const JOB_STATUSES = ["available", "leased", "resting"] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export const JOB_WORDS: Readonly<Record<JobStatus, string>> = {
  available: "Waits for a worker",
  leased: "A worker has it",
  resting: "Rests",
};

/** What each means, for whoever reads it. */
export const JOB_MEANS: Readonly<Record<JobStatus, string>> = {
  available: "Any worker of its type may lease it now",
  leased: "Others get it when the lease ends without an answer",
  resting: "A worker failed, and it waits for its next try; or its instance is suspended",
};

/** An unknown status is shown as it is. */
export const statusOf = (status: string): JobStatus | undefined => JOB_STATUSES.find((each) => each === status);
