import { post } from "../../api/client";
import { useChange } from "../../api/mutations";
import type { requestOf } from "./rights";

type Request = ReturnType<typeof requestOf>;
type UserVerb = "disable" | "enable" | "end-sessions";
type ClientVerb = "disable" | "enable";

export const useAddUser = () =>
  useChange((body: Request, idempotencyKey) => post("/v1/users", { body, idempotencyKey }), ["users"]);

export const useUserRights = () =>
  useChange(
    ({ id, ...body }: Request, idempotencyKey) =>
      post("/v1/users/{user}/rights", { path: { user: id }, body, idempotencyKey }),
    ["users"],
  );

export const useRemoveSecondFactor = (user: string) =>
  useChange(
    (_: undefined, idempotencyKey) =>
      post("/v1/users/{user}/second-factor/removal", { path: { user }, body: {}, idempotencyKey }),
    ["users"],
  );

export const useSetPassword = (user: string) =>
  useChange(
    (body: { password: string }, idempotencyKey) =>
      post("/v1/users/{user}/password", { path: { user }, body, idempotencyKey }),
    ["users"],
  );

export const useUserVerb = (user: string) =>
  useChange(
    (verb: UserVerb, idempotencyKey) => post(`/v1/users/{user}/${verb}`, { path: { user }, body: {}, idempotencyKey }),
    ["users"],
  );

export const useAddClient = () =>
  useChange((body: Request, idempotencyKey) => post("/v1/clients", { body, idempotencyKey }), ["clients"]);

export const useClientRights = () =>
  useChange(
    ({ id, ...body }: Request, idempotencyKey) =>
      post("/v1/clients/{client}/rights", { path: { client: id }, body, idempotencyKey }),
    ["clients"],
  );

export const useClientVerb = (client: string) =>
  useChange(
    (verb: ClientVerb, idempotencyKey) =>
      post(`/v1/clients/{client}/${verb}`, { path: { client }, body: {}, idempotencyKey }),
    ["clients"],
  );

export const useAddKey = (client: string) =>
  useChange(
    (body: { expires: string | null; others_end: string | null }, idempotencyKey) =>
      post("/v1/clients/{client}/keys", { path: { client }, body, idempotencyKey }),
    ["clients"],
  );

export const useRevokeKey = (client: string) =>
  useChange(
    (prefix: string, idempotencyKey) =>
      post("/v1/clients/{client}/keys/{prefix}/revoke", { path: { client, prefix }, body: {}, idempotencyKey }),
    ["clients"],
  );

export const usePutWebhook = () =>
  useChange(
    (body: { id: string; url: string; types: string[] }, idempotencyKey) =>
      post("/v1/webhooks", { body, idempotencyKey }),
    ["webhooks"],
  );

export const useDisableWebhook = (webhook: string) =>
  useChange(
    (reason: string, idempotencyKey) =>
      post("/v1/webhooks/{webhook}/disable", { path: { webhook }, body: { reason }, idempotencyKey }),
    ["webhooks"],
  );

export const useEnableWebhook = (webhook: string) =>
  useChange(
    (after: number | null, idempotencyKey) =>
      post("/v1/webhooks/{webhook}/enable", { path: { webhook }, body: { after }, idempotencyKey }),
    ["webhooks"],
  );

export const useNewSecret = (webhook: string) =>
  useChange(
    (_: undefined, idempotencyKey) =>
      post("/v1/webhooks/{webhook}/secret", { path: { webhook }, body: {}, idempotencyKey }),
    ["webhooks"],
  );

export const useRemoveWebhook = (webhook: string) =>
  useChange(
    (_: undefined, idempotencyKey) =>
      post("/v1/webhooks/{webhook}/remove", { path: { webhook }, body: {}, idempotencyKey }),
    ["webhooks"],
  );

export const useRedeliver = (webhook: string) =>
  useChange(
    (event: string, idempotencyKey) =>
      post("/v1/webhooks/{webhook}/redeliveries", { path: { webhook }, body: { event }, idempotencyKey }),
    ["webhooks"],
  );

export const useClientQuota = (client: string) =>
  useChange(
    (quota: { per_second: number; burst: number } | null, idempotencyKey) =>
      post("/v1/clients/{client}/quota", { path: { client }, body: { quota }, idempotencyKey }),
    ["clients"],
  );
