import type { ChangedTool, McpServerState } from '@majordomo/admin';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useLoaded } from './hooks.ts';
import { postJson } from './request.ts';
import { Table, type Column } from './table.tsx';

/** MCP servers, as the admin API returns them. */
interface McpState {
  readonly servers: readonly McpServerState[];
  readonly changedTools: readonly ChangedTool[];
}

const COLUMNS: readonly Column<McpServerState>[] = [
  { name: 'Server', cell: ({ name }) => name },
  {
    name: 'State',
    cell: ({ benchedUntil }) => (benchedUntil === undefined ? 'available' : `benched until ${benchedUntil}`),
  },
];

const EVERY_MS = 5000;

/** MCP servers, and the tools that are hidden until their changed definitions are approved. */
export function McpView(): JSX.Element {
  const [changes, setChanges] = useState(0);
  const [said, setSaid] = useState('');
  const { value, error } = useLoaded<McpState>('api/v1/mcp', {}, EVERY_MS, changes);
  const approve = ({ server, tool, hash }: ChangedTool): void => {
    postJson<{ readonly approved: number }>('api/v1/mcp/approve', {
      tools: [{ server, tool, hash }],
    }).then(
      ({ approved }) => {
        setSaid(`${tool} of ${server} ${approved === 1 ? 'is approved' : 'has changed again'}.`);
        setChanges((before) => before + 1);
      },
      (failure: unknown) => setSaid(`${tool} of ${server} was not approved: ${String(failure)}`),
    );
  };
  return (
    <div class="page">
      <h2>MCP</h2>
      <p class="soft">
        Clients do not see a tool whose definition has changed until it is approved. The benches are those of
        this process.
      </p>
      <p role="status" class="announcement">
        {said}
      </p>
      {error !== undefined && <p role="alert">{error}</p>}
      {value !== undefined && (
        <Table label="Servers" columns={COLUMNS} rows={value.servers} keyOf={({ name }) => name} />
      )}
      {value?.changedTools.length === 0 && <p class="hint">No tool has changed.</p>}
      {value?.changedTools.map((changed) => (
        <Changed key={changed.hash} changed={changed} onApprove={() => approve(changed)} />
      ))}
    </div>
  );
}

interface ChangedProps {
  readonly changed: ChangedTool;
  readonly onApprove: () => void;
}

const Changed = ({ changed: { server, tool, definition, at }, onApprove }: ChangedProps): JSX.Element => (
  <section aria-label={`${tool} of ${server}`}>
    <div class="head">
      <h3>
        {tool} of {server}
      </h3>
      <button type="button" class="main" onClick={onApprove}>
        Approve
      </button>
    </div>
    <p class="soft">Changed definition, received at {at}:</p>
    <pre>{definition}</pre>
  </section>
);
