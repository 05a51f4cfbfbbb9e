import type { User } from "../../api/types";
import { Tag } from "../../components/badges";

/** Whether somebody can sign in, and how. */
export function SignsIn({ user }: { user: User }) {
  if (user.disabled) return <Tag tone="red">Shut out</Tag>;
  if (user.at_provider) return <Tag tone="green">At the identity provider</Tag>;
  return user.has_password ? <Tag tone="green">With a password</Tag> : <Tag tone="orange">No password yet</Tag>;
}
