import { useChat } from '@ai-sdk/react';
// The page uses the AI SDK; the server calls models with majordomo.
import { DefaultChatTransport, type UIMessage } from 'ai';
import { useEffect, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';

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

interface ChatProps {
  readonly id: string;
  readonly stored: UIMessage[];
  readonly onAnswer: () => void;
}

function Chat({ id, stored, onAnswer }: ChatProps): ReactElement {
  const { messages, status, error, sendMessage, stop } = useChat({
    id,
    messages: stored,
    onFinish: onAnswer,
    transport: new DefaultChatTransport({
      // The server stores the chat and needs only the last message.
      prepareSendMessagesRequest: ({ messages: all }) => ({
        api: `/api/chats/${id}`,
        body: { messages: all.slice(-1) },
      }),
    }),
  });
  const isRunning = status === 'submitted' || status === 'streaming';
  return (
    <main>
      {messages.map((message) => (
        <article key={message.id} className={message.role}>
          {message.parts.map((part) => (part.type === 'text' ? part.text : ''))}
        </article>
      ))}
      <p role="status">{error === undefined ? status : `error: ${error.message}`}</p>
      <form
        action={(form) => {
          const text = form.get('text');
          if (typeof text === 'string') void sendMessage({ text });
        }}
      >
        <input name="text" aria-label="Message" required autoFocus autoComplete="off" />
        <button disabled={isRunning}>Send</button>
        <button type="button" disabled={!isRunning} onClick={() => void stop()}>
          Stop
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
    void fetch(`/api/chats/${id}`)
      .then((response) => response.json() as Promise<UIMessage[]>)
      .then((messages) => setLoaded({ id, messages }));
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
