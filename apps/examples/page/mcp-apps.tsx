import { MCPAppRenderer, useChat, type MCPAppMetadata, type MCPAppResource } from '@ai-sdk/react';
import { DefaultChatTransport, isToolUIPart, type UIMessage } from 'ai';
import { useMemo, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';

type Part = UIMessage['parts'][number];
type ToolPart = Extract<Part, { readonly toolMetadata?: unknown }>;

/** Sends a request of an app to the server, which decides whether the app may send it. */
async function send(app: unknown, method: string, params: unknown): Promise<unknown> {
  const response = await fetch('/apps', { method: 'POST', body: JSON.stringify({ app, method, params }) });
  const body = (await response.json()) as { readonly error?: { readonly message: string } };
  if (!response.ok) throw new Error(`${response.status}: ${body.error?.message}`);
  return body;
}

/** Loads the HTML of an app. */
async function loadApp(app: MCPAppMetadata): Promise<MCPAppResource> {
  const { contents } = (await send(app, 'resources/read', { uri: app.resourceUri })) as {
    readonly contents: readonly { readonly text: string; readonly _meta?: { readonly ui?: object } }[];
  };
  const [content] = contents;
  return {
    uri: app.resourceUri,
    mimeType: app.mimeType,
    html: content?.text ?? '',
    // Without a policy, an app may load nothing.
    meta: { csp: {}, ...content?._meta?.ui },
  };
}

function App({ part, sandbox }: { part: ToolPart; sandbox: string }): ReactElement {
  const app = part.toolMetadata?.['app'] as { readonly tools: string[] } | undefined;
  const handlers = useMemo(() => {
    const callTool = (params: { readonly name: string }): Promise<unknown> => send(app, 'tools/call', params);
    const allowedTools = app?.tools ?? [];
    return { callTool, allowedTools };
  }, [app]);
  return <MCPAppRenderer part={part} sandbox={{ url: sandbox }} loadResource={loadApp} handlers={handlers} />;
}

function Chat({ sandbox }: { sandbox: string }): ReactElement {
  const { messages, sendMessage } = useChat({ transport: new DefaultChatTransport({ api: '/chat' }) });
  const parts = messages.flatMap((message) => message.parts);
  return (
    <>
      {parts.map((part, at) => {
        if (part.type === 'text') return <p key={at}>{part.text}</p>;
        return isToolUIPart(part) && <App key={at} part={part} sandbox={sandbox} />;
      })}
      <form
        action={(form) => {
          const text = form.get('text');
          if (typeof text === 'string') void sendMessage({ text });
        }}
      >
        <input name="text" aria-label="Message" required />
        <button>Send</button>
      </form>
    </>
  );
}

const main = document.querySelector('main');
if (main !== null) createRoot(main).render(<Chat sandbox={main.dataset['sandbox'] ?? ''} />);
