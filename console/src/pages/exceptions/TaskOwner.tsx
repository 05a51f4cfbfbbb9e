import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useAssignTask } from "../../api/mutations";
import { processVersion, task as taskOf } from "../../api/queries";
import type { Exception, Me } from "../../api/types";
import { Refusal } from "../../components/Refusal";
import { ExceptionOwner, Owner } from "./Owner";
import { isException, mayNotGive, whoMayDo } from "./task";

interface Props {
  /** The task as entries of the queue name it: `PI-17/4`. */
  readonly task: string;
  /** Its entry in the queue. */
  readonly exception: Exception;
  readonly me: Me;
}

/** Who works on a user task. One that its model calls an exception is assigned as that. */
export function TaskOwner({ task, exception, me }: Props) {
  const [instance = "", key = ""] = task.split("/");
  const reading = useQuery(taskOf(instance, key));
  const details = reading.data;
  const model = useQuery({
    ...processVersion(details?.process ?? "", details?.version ?? 0),
    enabled: details !== undefined,
  });
  const assign = useAssignTask();
  const failed = reading.error ?? model.error;
  if (failed) return <Refusal error={failed} />;
  if (!details || !model.data) return null;
  if (isException(model.data.xml, details.element)) return <ExceptionOwner exception={exception} me={me} />;
  const why = mayNotGive(details, exception, me);
  return (
    <div>
      <Owner
        assignee={details.assignee ?? exception.assignee}
        me={me}
        why={why}
        suggested={(known, queue) => whoMayDo(details, exception, me, known, queue)}
        onGive={(to, options) => assign.mutate({ instance, task: key, to }, options)}
        change={assign}
      />
      {why && (
        <Text size="sm" className="muted">
          {why}
        </Text>
      )}
    </div>
  );
}
