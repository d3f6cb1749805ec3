import type { JSX, TargetedSubmitEvent } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { PlayLine } from '../feed-types.ts';
import { useKnown } from './hooks.ts';
import { post } from './request.ts';

type End = Extract<PlayLine, { readonly type: 'end' }>;

/** Form that sends a prompt and shows the answer as it arrives, with the attempts of the call. */
export function PlaygroundView(): JSX.Element {
  const { hello } = useKnown();
  const models = hello?.models ?? [];
  const [text, setText] = useState('');
  const [end, setEnd] = useState<End | undefined>(undefined);
  const [isRunning, setRunning] = useState(false);
  const stopping = useRef<AbortController | undefined>(undefined);

  const apply = (line: PlayLine): void => {
    if (line.type === 'text') setText((before) => before + line.text);
    else if (line.type === 'reset') setText('');
    else setEnd(line);
  };
  const send = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.currentTarget));
    const controller = new AbortController();
    stopping.current = controller;
    setText('');
    setEnd(undefined);
    setRunning(true);
    try {
      await readLines(fields, controller.signal, apply);
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
            <input name="model" required />
          ) : (
            <select name="model">
              {models.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </label>
        <label>
          Message
          <textarea name="message" required rows={3} />
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
  const { body: answer } = await post('play', body, signal);
  if (answer === null) return;
  const reader = answer.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(JSON.parse(line) as PlayLine);
  }
}
