import { ActionIcon, Button, Group, Menu, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBookmark, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouter, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { type PostBody, post } from "../api/client";
import { useChange } from "../api/mutations";
import { savedViews } from "../api/queries";
import { FormDialog } from "./FormDialog";

/** What is shown now, under a name of one's own; and the way back to it. The product keeps them, so they are there on every machine. */
export function SavedViews({ page, path }: { page: string; path: string }) {
  const router = useRouter();
  const query = useRouterState({ select: ({ location }) => location.searchStr.replace(/^\?/, "") });
  const mine = (useQuery(savedViews).data?.items ?? []).filter((view) => view.page === page);
  const [names, setNames] = useState(false);
  const current = mine.find((view) => view.query === query);
  return (
    <>
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<IconBookmark size={15} />}>
            {current?.name ?? "Saved views"}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {mine.length === 0 && <Menu.Label>None yet: set filters, and save them under a name.</Menu.Label>}
          {mine.map((view) => (
            <Group key={view.name} gap={4} wrap="nowrap">
              <Menu.Item
                onClick={() => router.history.push(view.query ? `${path}?${view.query}` : path)}
                {...(view === current ? { "aria-current": "true" as const } : {})}
              >
                {view.name}
              </Menu.Item>
              <Forget name={view.name} />
            </Group>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setNames(true)}>Save what is shown …</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {names && <NameView page={page} query={query} onClose={() => setNames(false)} />}
    </>
  );
}

function Forget({ name }: { name: string }) {
  const remove = useChange(
    (view: string, idempotencyKey) => post("/v1/views/{view}/remove", { path: { view }, body: {}, idempotencyKey }),
    ["views"],
  );
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={`Forget ${name}`}
      loading={remove.isPending}
      onClick={() => remove.mutate(name)}
    >
      <IconTrash size={15} />
    </ActionIcon>
  );
}

function NameView({ page, query, onClose }: { page: string; query: string; onClose: () => void }) {
  const [name, setName] = useState("");
  const save = useChange(
    (body: PostBody<"/v1/views">, idempotencyKey) => post("/v1/views", { body, idempotencyKey }),
    ["views"],
  );
  return (
    <FormDialog
      title="Save what is shown"
      verb="Save"
      onClose={onClose}
      change={save}
      disabled={name.trim() === ""}
      onSubmit={() =>
        save.mutate(
          { name: name.trim(), page, query },
          {
            onSuccess: () => {
              notifications.show({ message: `Saved as “${name.trim()}”`, color: "dock" });
              onClose();
            },
          },
        )
      }
    >
      <TextInput
        label="Name"
        description="Filters and order are kept; what is under that name already is replaced."
        required
        maxLength={60}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  );
}
