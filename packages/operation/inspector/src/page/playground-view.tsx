import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { PlayLine } from '../feed-types.ts';
import { base } from './connect.ts';
import { useKnown } from './hooks.ts';

type End = Extract<PlayLine, { readonly type: 'end' }>;

/** Form that sends a prompt and shows the answer as it arrives, with the attempts of the call. */
export function PlaygroundView(): JSX.Element {
  const { hello } = useKnown();
  const models = hello?.models ?? [];
  const [model, setModel] = useState('');
  const [message, setMessage] = useState('');
  const [text, setText] = useState('');
  const [end, setEnd] = useState<End | undefined>(undefined);
  const [isRunning, setRunning] = useState(false);
  const stopping = useRef<AbortController | undefined>(undefined);
  const chosen = model === '' ? (models[0] ?? '') : model;

  const apply = (line: PlayLine): void => {
    if (line.type === 'text') setText((before) => before + line.text);
    else if (line.type === 'reset') setText('');
    else setEnd(line);
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const controller = new AbortController();
    stopping.current = controller;
    setText('');
    setEnd(undefined);
    setRunning(true);
    try {
      await readLines({ model: chosen, message }, controller.signal, apply);
    } catch (error) {
      const stopped = controller.signal.aborted;
      setEnd({ type: 'end', error: stopped ? 'stopped' : String(error), attempts: [] });
    }
    setRunning(false);
  };

  return (
    <div class="page">
      <h2>Playground</h2>
      <p class="soft">A prompt is a normal call of the tenant inspector. Its limits apply.</p>
      <form class="ask" onSubmit={(event) => void send(event)}>
        <label>
          Model
          {models.length === 0 ? (
            <input required value={model} onInput={({ currentTarget }) => setModel(currentTarget.value)} />
          ) : (
            <select value={chosen} onChange={({ currentTarget }) => setModel(currentTarget.value)}>
              {models.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </label>
        <label>
          Message
          <textarea
            required
            rows={3}
            value={message}
            onInput={({ currentTarget }) => setMessage(currentTarget.value)}
          />
        </label>
        {isRunning ? (
          <button type="button" onClick={() => stopping.current?.abort()}>
            Stop
          </button>
        ) : (
          <button type="submit" class="main">
            Send
          </button>
        )}
      </form>
      <div aria-live="polite" aria-busy={isRunning}>
        {text !== '' && (
          <pre class="answer" tabIndex={0}>
            {text}
          </pre>
        )}
        {end !== undefined && <Ending end={end} />}
      </div>
    </div>
  );
}

const Ending = ({ end }: { readonly end: End }): JSX.Element => (
  <>
    {end.error === undefined ? (
      <p>
        Answered by <b class="target">{end.target}</b>
      </p>
    ) : (
      <div class="error">
        <p>{end.error}</p>
      </div>
    )}
    <ol>
      {end.attempts.map(({ target, outcome, reason }, index) => (
        <li key={index}>
          <span class="target">{target}</span> {outcome}
          {reason !== undefined && <span class="soft"> · {reason}</span>}
        </li>
      ))}
    </ol>
  </>
);

/** Sends a prompt and reports each line of the answer. */
async function readLines(body: object, signal: AbortSignal, onLine: (line: PlayLine) => void): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${base}/play`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok || response.body === null) {
    const { error } = (await response.json().catch(() => ({}))) as { readonly error?: string };
    throw new Error(error ?? `the server responded with ${response.status}`);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(JSON.parse(line) as PlayLine);
  }
}
