import { useChat } from '@ai-sdk/react';
// The page uses the AI SDK; the server does not.
// eslint-disable-next-line majordomo/no-raw-sdk
import {
  DefaultChatTransport,
  getToolName,
  isToolUIPart,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  type UIMessage,
} from 'ai';
import { useEffect, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';

/** Facts that `uiMessageResponse` adds to a message. */
type ChatMessage = UIMessage<{
  readonly majordomo?: { readonly targets: readonly string[]; readonly nanoUsd?: string };
}>;
type Part = ChatMessage['parts'][number];
type Answer = (answer: { id: string; approved: boolean; reason?: string }) => unknown;

function Chat({ id, stored }: { id: string; stored: ChatMessage[] }): ReactElement {
  const { messages, status, error, sendMessage, resumeStream, addToolApprovalResponse } = useChat({
    id,
    messages: stored,
    transport: new DefaultChatTransport({ api: '/api/chat', prepareSendMessagesRequest }),
    // Continues on mount, and when the page is visible again after a network error.
    resume: true,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  useEffect(() => {
    const resume = (): void => void resumeStream();
    addEventListener('online', resume);
    return () => removeEventListener('online', resume);
  }, [resumeStream]);
  const isRunning = status === 'submitted' || status === 'streaming';
  return (
    <>
      {messages.map((message) => (
        <Message key={message.id} message={message} answer={addToolApprovalResponse} />
      ))}
      <p role="status">{error === undefined ? status : `error: ${error.message}`}</p>
      <form
        action={(form) => {
          const text = form.get('text');
          const files = new DataTransfer();
          for (const file of form.getAll('files'))
            if (file instanceof File && file.size > 0) files.items.add(file);
          if (typeof text === 'string') void sendMessage({ text, files: files.files });
        }}
      >
        <input name="text" aria-label="Message" required autoFocus />
        <input name="files" aria-label="Attachments" type="file" multiple />
        <button disabled={isRunning}>Send</button>
        <button type="button" disabled={!isRunning} onClick={() => void stop(id)}>
          Stop
        </button>
      </form>
    </>
  );
}

/** The server stores the conversation and needs only the last message. */
const prepareSendMessagesRequest = ({ id, messages }: { id: string; messages: ChatMessage[] }) => ({
  api: `/api/chat/${id}`,
  body: { messages: messages.slice(-1) },
});

/** Requests the end of a response, because a disconnect does not end it. */
const stop = (id: string): Promise<Response> => fetch(`/api/chat/${id}/stop`, { method: 'POST' });

function Message({ message, answer }: { message: ChatMessage; answer: Answer }): ReactElement {
  const { role, parts, metadata } = message;
  const usd = metadata?.majordomo?.nanoUsd;
  return (
    <article className={role}>
      {parts.map((part, index) => (
        <PartView key={index} part={part} answer={answer} />
      ))}
      {usd !== undefined && <small>{`${(Number(usd) / 1e9).toFixed(6)} USD`}</small>}
    </article>
  );
}

function PartView({ part, answer }: { part: Part; answer: Answer }): ReactElement | null {
  if (part.type === 'text') return <span className="text">{part.text}</span>;
  if (part.type === 'reasoning')
    return (
      <details>
        <summary>Reasoning</summary>
        <p>{part.text}</p>
      </details>
    );
  if (part.type === 'source-url') return <a href={part.url}>{part.title ?? part.url}</a>;
  if (part.type === 'source-document') return <cite>{part.title}</cite>;
  if (part.type === 'file') return <em>{part.filename ?? part.mediaType}</em>;
  if (!isToolUIPart(part)) return null;
  const { state, approval } = part;
  return (
    <div className="tool">
      {`${getToolName(part)} ${JSON.stringify(part.input)}: ${state}`}
      {state === 'approval-requested' && (
        <>
          <button onClick={() => void answer({ id: approval.id, approved: true })}>Approve</button>
          <button onClick={() => void answer({ id: approval.id, approved: false, reason: 'No.' })}>
            Deny
          </button>
        </>
      )}
    </div>
  );
}

function App({ id }: { id: string }): ReactElement | null {
  const [stored, setStored] = useState<ChatMessage[]>();
  useEffect(() => {
    void fetch(`/api/chat/${id}`)
      .then((response) => response.json())
      .then(setStored);
  }, [id]);
  return stored === undefined ? null : <Chat id={id} stored={stored} />;
}

location.hash ||= crypto.randomUUID();
const main = document.querySelector('main');
if (main !== null) createRoot(main).render(<App id={location.hash.slice(1)} />);
