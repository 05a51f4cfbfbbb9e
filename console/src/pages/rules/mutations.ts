import { type PostBody, post } from "../../api/client";
import { useChange } from "../../api/mutations";

const TOPICS = ["drafts", "processes", "definitions"] as const;

export const useBeginDraft = () =>
  useChange((body: PostBody<"/v1/drafts">, idempotencyKey) => post("/v1/drafts", { body, idempotencyKey }), TOPICS);

export const useSaveDraft = (draft: string) =>
  useChange(
    (body: PostBody<"/v1/drafts/{draft}/content">, idempotencyKey) =>
      post("/v1/drafts/{draft}/content", { path: { draft }, body, idempotencyKey }),
    TOPICS,
  );

export const useApprove = (draft: string) =>
  useChange(
    (body: PostBody<"/v1/drafts/{draft}/approval">, idempotencyKey) =>
      post("/v1/drafts/{draft}/approval", { path: { draft }, body, idempotencyKey }),
    TOPICS,
  );

/** Steps of a draft that take a note and no more. */
export type Step = "submission" | "return" | "withdrawal" | "discard";

export const useStep = (draft: string, step: Step) =>
  useChange(
    (note: string, idempotencyKey) =>
      post(`/v1/drafts/{draft}/${step}`, { path: { draft }, body: { note }, idempotencyKey }),
    TOPICS,
  );

export const useRebase = (draft: string) =>
  useChange(
    (_: true, idempotencyKey) => post("/v1/drafts/{draft}/rebase", { path: { draft }, body: {}, idempotencyKey }),
    TOPICS,
  );

export const useRollBack = (process: string) =>
  useChange(
    (body: PostBody<"/v1/processes/{process}/rollback">, idempotencyKey) =>
      post("/v1/processes/{process}/rollback", { path: { process }, body, idempotencyKey }),
    TOPICS,
  );
