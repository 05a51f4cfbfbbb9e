import { Button, Divider } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { addressOf, get } from "../api/client";
import { returnTo } from "./provider";

/** The button that leads to the identity provider, where the installation has one. */
export function ProviderSignIn() {
  const { data } = useQuery({
    queryKey: ["provider"],
    queryFn: ({ signal }) => get("/v1/session/provider", { as: { way: "cookie" }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!data?.sign_in_at) return null;
  const address = addressOf(data.sign_in_at, {}, { return_to: returnTo(window.location) });
  return (
    <>
      <Button component="a" href={address} size="md" variant="default">
        Sign in with {data.name}
      </Button>
      <Divider label="or" />
    </>
  );
}
