import { useChat } from '@ai-sdk/react';
// The page uses the AI SDK; the server calls models with majordomo.
import { DefaultChatTransport, type UIMessage } from 'ai';
import { useEffect, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';

interface Listed {
  readonly id: string;
  readonly title: string;
}

/** Links to the stored chats. A new chat is stored with its first answer, so each answer loads the list again. */
function History({ id, answers }: { id: string; answers: number }): ReactElement {
  const [chats, setChats] = useState<readonly Listed[]>([]);
  useEffect(() => {
    void fetch('/api/chats')
      .then((response) => response.json() as Promise<readonly Listed[]>)
      .then(setChats);
  }, [id, answers]);
  return (
    <nav aria-label="Chats">
      <a href={`#${crypto.randomUUID()}`}>New chat</a>
      {chats.map((chat) => (
        <a key={chat.id} href={`#${chat.id}`} aria-current={chat.id === id}>
          {chat.title}
        </a>
      ))}
    </nav>
  );
}

async function storedMessages(id: string): Promise<UIMessage[]> {
  const response = await fetch(`/api/chats/${id}`);
  return (await response.json()) as UIMessage[];
}

/** Shows answers as Markdown. An image of an answer is not loaded, because its address could send the chat to another server. */
function Message({ role, parts }: UIMessage): ReactElement {
  return (
    <article className={role}>
      {parts.map((part, index) => {
        if (part.type !== 'text') return null;
        if (role === 'user') return part.text;
        return (
          <Markdown key={index} remarkPlugins={[remarkGfm]} disallowedElements={['img']}>
            {part.text}
          </Markdown>
        );
      })}
    </article>
  );
}

interface ChatProps {
  readonly id: string;
  readonly stored: UIMessage[];
  readonly onAnswer: () => void;
}

function Chat({ id, stored, onAnswer }: ChatProps): ReactElement {
  /** Whether the server has responded to the request that resumes an answer. */
  const [isResumed, setResumed] = useState(false);
  const { messages, status, error, sendMessage, setMessages, regenerate } = useChat({
    id,
    messages: stored,
    onFinish: onAnswer,
    // Continues an answer that a reload has interrupted.
    resume: true,
    transport: new DefaultChatTransport({
      fetch: async (...request) => {
        const response = await fetch(...request);
        setResumed(true);
        return response;
      },
      // The server stores the chat and needs only the last message.
      prepareSendMessagesRequest: ({ messages: all, trigger }) => ({
        api: `/api/chats/${id}`,
        body: { messages: all.slice(-1), trigger },
      }),
      prepareReconnectToStreamRequest: () => ({ api: `/api/chats/${id}/stream` }),
    }),
  });
  const count = messages.length;
  useEffect(() => {
    scrollTo({ top: document.body.scrollHeight });
  }, [count, status]);
  const isRunning = status === 'submitted' || status === 'streaming';
  const isUnanswered = isResumed && status === 'ready' && messages.at(-1)?.role === 'user';

  /** Stops the answer on the server, because it does not end with the connection. Then shows what is stored. */
  async function stop(): Promise<void> {
    await fetch(`/api/chats/${id}/stop`, { method: 'POST' });
    setMessages(await storedMessages(id));
  }

  return (
    <main>
      {messages.map((message) => (
        <Message key={message.id} {...message} />
      ))}
      {isUnanswered && <p className="mark">The answer was interrupted.</p>}
      <form
        action={(form) => {
          const text = form.get('text');
          if (typeof text === 'string') void sendMessage({ text });
        }}
      >
        <p role="status">{error === undefined ? status : `error: ${error.message}`}</p>
        <input name="text" aria-label="Message" required autoFocus autoComplete="off" />
        <button disabled={isRunning}>Send</button>
        <button type="button" disabled={!isRunning} onClick={() => void stop()}>
          Stop
        </button>
        <button type="button" disabled={isRunning || count === 0} onClick={() => void regenerate()}>
          Answer again
        </button>
      </form>
    </main>
  );
}

/** Shows the chat whose id is in the address, so that a reload shows the same chat. */
function App(): ReactElement {
  const [id, setId] = useState(location.hash.slice(1));
  const [answers, setAnswers] = useState(0);
  const [loaded, setLoaded] = useState<{ readonly id: string; readonly messages: UIMessage[] }>();
  useEffect(() => {
    const change = (): void => setId(location.hash.slice(1));
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  useEffect(() => {
    void storedMessages(id).then((messages) => setLoaded({ id, messages }));
  }, [id]);
  return (
    <>
      <History id={id} answers={answers} />
      {loaded?.id === id && (
        <Chat key={id} id={id} stored={loaded.messages} onAnswer={() => setAnswers((count) => count + 1)} />
      )}
    </>
  );
}

location.hash ||= crypto.randomUUID();
const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App />);
