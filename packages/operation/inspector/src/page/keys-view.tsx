import type { KeyLimit, VirtualKey } from '@majordomo/admin';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLoaded } from './hooks.ts';
import { CopyButton } from './copy-button.tsx';
import { CreateKey } from './create-key.tsx';
import { postJson } from './request.ts';
import { Table, type Column } from './table.tsx';

type Task = { readonly type: 'create' } | { readonly type: 'rotate' | 'revoke'; readonly key: VirtualKey };

/** Virtual keys, with dialogs that create, rotate and revoke them. */
export function KeysView(): JSX.Element {
  const [changes, setChanges] = useState(0);
  // Keys of the pages before the one that is loaded.
  const [pages, setPages] = useState<readonly VirtualKey[]>([]);
  const after = pages.at(-1)?.id;
  // `0`: the keys are not requested at intervals, but after each change.
  const loaded = useLoaded<{ readonly keys: readonly VirtualKey[]; readonly next?: string }>(
    'api/v1/keys',
    after === undefined ? {} : { after },
    0,
    changes,
  );
  const [task, setTask] = useState<Task | undefined>(undefined);
  const [secret, setSecret] = useState<string | undefined>(undefined);
  const keys = [...pages, ...(loaded.value?.keys ?? [])];
  const close = (): void => {
    setTask(undefined);
    setSecret(undefined);
    setPages([]);
    setChanges((before) => before + 1);
  };
  return (
    <div class="page">
      <div class="head">
        <h2>Keys</h2>
        <button type="button" class="main" onClick={() => setTask({ type: 'create' })}>
          Create key
        </button>
      </div>
      {loaded.error !== undefined && <p role="alert">{loaded.error}</p>}
      {loaded.value !== undefined && keys.length === 0 && <p class="hint">There are no keys.</p>}
      {keys.length > 0 && <KeyTable keys={keys} onTask={setTask} />}
      {loaded.value?.next !== undefined && (
        <button type="button" onClick={() => setPages(keys)}>
          Older
        </button>
      )}
      {task?.type === 'create' && secret === undefined && (
        <Dialog title="Create key" onClose={close}>
          <CreateKey onCreated={setSecret} onCancel={close} />
        </Dialog>
      )}
      {task !== undefined && task.type !== 'create' && secret === undefined && (
        <Confirm task={task} onSecret={setSecret} onClose={close} />
      )}
      {secret !== undefined && (
        <Dialog title="Secret of the key" onClose={close}>
          <Secret secret={secret} onDone={close} />
        </Dialog>
      )}
    </div>
  );
}

interface KeyTableProps {
  readonly keys: readonly VirtualKey[];
  readonly onTask: (task: Task) => void;
}

const date = (at: string | undefined): string => at?.slice(0, 10) ?? '–';

const KeyTable = ({ keys, onTask }: KeyTableProps): JSX.Element => {
  const actions = (key: VirtualKey) =>
    key.status !== 'revoked' && (
      <>
        <button type="button" onClick={() => onTask({ type: 'rotate', key })}>
          Rotate
        </button>
        <button type="button" onClick={() => onTask({ type: 'revoke', key })}>
          Revoke
        </button>
      </>
    );
  const columns: readonly Column<VirtualKey>[] = [
    { name: 'Name', cell: ({ name }) => name },
    { name: 'Key', class: 'key-id', cell: ({ id, lastFour }) => <span title={id}>…{lastFour}</span> },
    { name: 'Tenant', cell: ({ tenant }) => tenant ?? '–' },
    { name: 'Models', cell: ({ models }) => (models === undefined ? 'all' : models.join(', ') || 'none') },
    { name: 'Limits', cell: ({ limits }) => limits.map(limitText).join(', ') || 'none' },
    { name: 'Status', cell: ({ status }) => status },
    { name: 'Created', cell: ({ createdAt }) => date(createdAt) },
    { name: 'Expires', cell: ({ expiresAt }) => date(expiresAt) },
    { name: 'Actions', class: 'key-actions', isUnnamed: true, cell: actions },
  ];
  return <Table label="Keys" columns={columns} rows={keys} keyOf={({ id }) => id} />;
};

function limitText({ max, per }: KeyLimit): string {
  const [[unit, amount] = []] = Object.entries(max);
  return unit === 'usd' ? `$${amount ?? ''}/${per}` : `${amount ?? ''} ${unit ?? ''}/${per}`;
}

interface ConfirmProps {
  readonly task: Extract<Task, { readonly key: VirtualKey }>;
  readonly onSecret: (secret: string) => void;
  readonly onClose: () => void;
}

function Confirm({ task: { type, key }, onSecret, onClose }: ConfirmProps): JSX.Element {
  const [error, setError] = useState<string | undefined>(undefined);
  const label = type === 'rotate' ? 'Rotate' : 'Revoke';
  const run = (): void => {
    postJson<{ readonly secret?: string }>(`api/v1/keys/${encodeURIComponent(key.id)}/${type}`, {}).then(
      ({ secret }) => (secret === undefined ? onClose() : onSecret(secret)),
      (failure: unknown) => setError(String(failure)),
    );
  };
  return (
    <Dialog title={`${label} ${key.name}`} onClose={onClose}>
      <p>
        {type === 'rotate'
          ? 'The present secret is refused at once. Limits and spending do not change.'
          : 'All requests with this key are refused from now on. This cannot be undone.'}
      </p>
      {error !== undefined && <p role="alert">{error}</p>}
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="main" onClick={run}>
          {label}
        </button>
      </div>
    </Dialog>
  );
}

const Secret = ({
  secret,
  onDone,
}: {
  readonly secret: string;
  readonly onDone: () => void;
}): JSX.Element => (
  <>
    <p>Store the secret now. It cannot be shown again.</p>
    <label>
      Secret
      <input readOnly value={secret} onFocus={({ currentTarget }) => currentTarget.select()} />
    </label>
    <div class="buttons">
      <CopyButton label="Copy" text={() => secret} otherwise="select the field and copy it" />
      <button type="button" class="main" onClick={onDone}>
        Done
      </button>
    </div>
  </>
);

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Modal dialog. Escape closes it. */
function Dialog({ title, onClose, children }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog ref={element} aria-label={title} onClose={onClose}>
      <h3>{title}</h3>
      {children}
    </dialog>
  );
}
