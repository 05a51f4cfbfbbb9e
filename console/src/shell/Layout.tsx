import {
  ActionIcon,
  Alert,
  AppShell,
  Burger,
  Button,
  Group,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHelp, IconMoon, IconSearch, IconSun, IconWifiOff } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { signOut } from "../api/client";
import { live } from "../api/live";
import { company, progress } from "../api/queries";
import { session } from "../api/session";
import type { Me } from "../api/types";
import { clockTime } from "../lib/time";
import { useCommandKey, useKeys } from "./keys";
import { Logo } from "./Logo";
import { preloadPages } from "./page";
import { PLACES } from "./places";
import { wasTourSeen } from "./tour-seen";
import { useConnection, useSession } from "./useSession";

// what is opened on demand comes after what is seen at once
const Help = lazy(() => import("./Help").then(({ Help }) => ({ default: Help })));
const Palette = lazy(() => import("./Palette").then(({ Palette }) => ({ default: Palette })));
const Person = lazy(() => import("./Person").then(({ Person }) => ({ default: Person })));
const SignIn = lazy(() => import("./SignIn").then(({ SignIn }) => ({ default: SignIn })));
const Tour = lazy(() => import("./Tour").then(({ Tour }) => ({ default: Tour })));

/** Opens the palette, at once or as soon as it is loaded: a key that was pressed early is not lost. */
const openPalette = (): void => void import("@mantine/spotlight").then(({ spotlight }) => spotlight.open());

/** The frame of every page, for those who are signed in. */
export function Layout() {
  const current = useSession();
  if (current.way === undefined)
    return (
      <Suspense>
        <SignIn why={current.why} />
      </Suspense>
    );
  return <Frame key={current.way === "key" ? current.key : current.csrf} />;
}

function Frame() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [menu, { toggle, close }] = useDisclosure();
  const [help, helpIs] = useDisclosure();
  const [tour, tourIs] = useDisclosure(!wasTourSeen());
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const switchScheme = (): void => setColorScheme(scheme === "dark" ? "light" : "dark");

  useEffect(() => live(client), [client]);
  useEffect(preloadPages, []);
  useKeys({
    "?": helpIs.open,
    "/": openPalette,
    ...Object.fromEntries(PLACES.map(({ key, to }) => [`g ${key}`, () => void navigate({ to })])),
  });
  useCommandKey("k", openPalette);
  async function leave(): Promise<void> {
    // without a connection the tab forgets it all the same; the cookie ends by itself
    await signOut().catch(() => undefined);
    const elsewhere = client.getQueryData<Me>(["me"])?.sign_out_at;
    session.end();
    client.clear();
    // whoever signed in at the identity provider is signed out there as well
    if (elsewhere) window.location.assign(elsewhere);
  }

  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: "md", collapsed: { mobile: !menu } }}
      padding="md"
    >
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <AppShell.Header px="md" style={{ background: "var(--cd-surface)" }}>
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={menu} onClick={toggle} hiddenFrom="md" size="sm" aria-label="Menu" />
            <Link to="/" style={{ display: "flex", gap: 10, alignItems: "center", color: "inherit" }}>
              <Logo />
              <Text fw={700} size="md" span>
                Crossdock
              </Text>
            </Link>
            <CompanyName />
          </Group>
          <Group gap={6} wrap="nowrap">
            <Button
              variant="default"
              size="xs"
              leftSection={<IconSearch size={15} />}
              rightSection={<kbd className="key">Ctrl K</kbd>}
              onClick={openPalette}
            >
              Search
            </Button>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              onClick={helpIs.open}
              aria-label="Help with the keys"
              title="Keys (?)"
            >
              <IconHelp size={20} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              onClick={switchScheme}
              aria-label="Switch between light and dark"
              title={scheme === "dark" ? "Light" : "Dark"}
            >
              {scheme === "dark" ? <IconSun size={20} /> : <IconMoon size={20} />}
            </ActionIcon>
            <Suspense>
              <Person onSignOut={() => void leave()} />
            </Suspense>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" style={{ background: "var(--cd-surface)" }} aria-label="Pages">
        {PLACES.map(({ to, name, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            className="nav-link"
            activeOptions={{ exact: to === "/", includeSearch: false }}
            onClick={close}
          >
            <Icon size={19} stroke={1.7} aria-hidden="true" />
            {name}
            {to === "/exceptions" && <OpenExceptions />}
          </Link>
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: "none" }}>
        <Offline />
        <Outlet />
      </AppShell.Main>
      <Suspense>
        <Palette onHelp={helpIs.open} onScheme={switchScheme} onSignOut={() => void leave()} onTour={tourIs.open} />
        {help && <Help opened onClose={helpIs.close} />}
        {tour && <Tour opened onClose={tourIs.close} />}
      </Suspense>
    </AppShell>
  );
}

function CompanyName() {
  const { data } = useQuery(company);
  return data ? (
    <Text size="sm" className="muted" visibleFrom="sm" truncate>
      {data.name}
    </Text>
  ) : null;
}

function OpenExceptions() {
  const { data } = useQuery(progress);
  const open = Object.values(data?.open_exceptions ?? {}).reduce((sum, each) => sum + Number(each), 0);
  return open > 0 ? <span className="nav-count">{open}</span> : null;
}

/** Told while the product does not answer. What is on the page stays; it is older than it looks. */
function Offline() {
  const { lost, since } = useConnection();
  const client = useQueryClient();
  useQuery({ ...progress, enabled: lost, refetchInterval: 3_000 });
  if (!lost) return null;
  return (
    <Alert color="orange" icon={<IconWifiOff size={18} />} mb="md" role="alert" title="No connection to Crossdock">
      <Group justify="space-between">
        <Text size="sm">
          What you see is as of {since ? clockTime(since) : "a moment ago"}. It is tried again by itself; what you have
          typed stays where it is.
        </Text>
        <Button size="xs" variant="default" onClick={() => void client.refetchQueries({ queryKey: ["progress"] })}>
          Try now
        </Button>
      </Group>
    </Alert>
  );
}
