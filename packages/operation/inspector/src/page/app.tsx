import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CallsView } from './calls-view.tsx';
import { HealthView } from './health-view.tsx';
import { useKnown } from './hooks.ts';
import { KeysView } from './keys-view.tsx';
import { LimitsView } from './limits-view.tsx';
import { McpView } from './mcp-view.tsx';
import { MeaningView } from './meaning-view.tsx';
import { PerformanceView } from './performance-view.tsx';
import { PlaygroundView } from './playground-view.tsx';
import { SpendingView } from './spending-view.tsx';
import type { Connection } from './store.ts';

const VIEWS = [
  ['calls', 'Calls'],
  ['performance', 'Performance'],
  ['spending', 'Spending'],
  ['keys', 'Keys'],
  ['limits', 'Limits'],
  ['mcp', 'MCP'],
  ['health', 'Health'],
  ['resolve', 'Resolve'],
  ['playground', 'Playground'],
] as const;
type View = (typeof VIEWS)[number][0];
/** Member of the server's greeting that states whether a view exists. The other views always exist. */
const SHOWN_IF: { readonly [name in View]?: 'hasAdmin' | 'hasMcp' | 'hasPlayground' } = {
  performance: 'hasAdmin',
  keys: 'hasAdmin',
  mcp: 'hasMcp',
  playground: 'hasPlayground',
};

interface RouteOfPage {
  readonly view: View;
  /** Id after the name of the view, or `''`. */
  readonly id: string;
  readonly query: string;
}

/** Returns the route in the URL's hash, such as `#/calls/<id>?tenant=beta`. With the hash, links and the back button work. */
function useRoute(): RouteOfPage {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [name = '', id = ''] = path.split('/');
  return { view: VIEWS.find(([view]) => view === name)?.[0] ?? 'calls', id: decoded(id), query };
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

export function App(): JSX.Element {
  const { view, id, query } = useRoute();
  const { hello } = useKnown();
  const isShown = (name: View): boolean => {
    const condition = SHOWN_IF[name];
    return condition === undefined || hello?.[condition] === true;
  };
  return (
    <>
      <header class="bar">
        <a class="skip" href={`#/${view}`} onClick={toContent}>
          Skip to the content
        </a>
        <h1>
          <Mark />
          majordomo <span class="soft">inspector</span>
        </h1>
        <nav aria-label="Views">
          {VIEWS.filter(([name]) => isShown(name)).map(([name, label]) => (
            <a key={name} href={`#/${name}`} aria-current={name === view ? 'page' : undefined}>
              {label}
            </a>
          ))}
        </nav>
        <Live />
      </header>
      {/* The element scrolls in all views except the list of calls, so the keyboard must reach it there. */}
      <main id="content" tabIndex={view === 'calls' ? -1 : 0} class={view}>
        {view === 'calls' && <CallsView selected={id} query={query} />}
        {view === 'health' && <HealthView />}
        {view === 'spending' && <SpendingView />}
        {view === 'limits' && <LimitsView />}
        {view === 'resolve' && <MeaningView />}
        {view === 'performance' && isShown(view) && <PerformanceView />}
        {view === 'keys' && isShown(view) && <KeysView />}
        {view === 'mcp' && isShown(view) && <McpView />}
        {view === 'playground' && isShown(view) && <PlaygroundView />}
      </main>
    </>
  );
}

function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

const Mark = (): JSX.Element => (
  <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
    <rect width="16" height="16" rx="4" />
    <path d="M3 5h5M5 8h7M9 11h4" />
  </svg>
);

const CONNECTION_TEXT: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Reconnecting',
  closed: 'Not connected: open the URL with its token again',
};

function Live(): JSX.Element {
  const { connection } = useKnown();
  return (
    <p class={`live ${connection}`} role="status">
      <span class="dot" aria-hidden="true" />
      {CONNECTION_TEXT[connection]}
    </p>
  );
}
