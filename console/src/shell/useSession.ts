import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { type Connection, connection } from "../api/connection";
import { me } from "../api/queries";
import { type Session, session } from "../api/session";
import type { Me } from "../api/types";

export function useSession(): Session {
  return useSyncExternalStore(session.subscribe, session.get);
}

export function useConnection(): Connection {
  return useSyncExternalStore(connection.subscribe, connection.get);
}

/** Who is signed in, once it is known. */
export function useMe(): Me | undefined {
  return useQuery(me).data;
}
