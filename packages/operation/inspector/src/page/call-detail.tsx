import type { ComponentChildren, JSX } from 'preact';
import type { FeedContent, FeedError } from '../feed-types.ts';
import { CopyButton } from './copy-button.tsx';
import { count, dateTime, duration, usd } from './format.ts';
import { addressOf, failedOver, modelOf, type Filter } from './filter.ts';
import { useLoaded, useCosts, useKnown, useStore } from './hooks.ts';
import { Icon, Outcome } from './icons.tsx';
import type { ListedCall } from './listed-call.ts';
import { Waterfall } from './waterfall.tsx';

interface CallDetailProps {
  readonly call: ListedCall;
  /** Filter of the list of calls to which the view links. */
  readonly filter: Filter;
  readonly now: number;
}

/** Details of one call. */
export function CallDetail({ call, filter, now }: CallDetailProps): JSX.Element {
  const { showsContent = false } = useKnown().hello ?? {};
  return (
    <article aria-labelledby="detail-title">
      <p class="above">
        <a class="to-list" href={addressOf(filter)}>
          <Icon name="back" /> All calls
        </a>
        <CopyButton label="Copy link" text={() => location.href} otherwise="copy the address of the page" />
      </p>
      <h2 id="detail-title">
        <Outcome outcome={call.outcome} />
        <span class="target">{call.answeredBy ?? modelOf(call)}</span>
        {failedOver(call) && <span class="chip over">failed over</span>}
      </h2>
      <Facts call={call} now={now} />
      {call.error !== undefined && (
        <ErrorBox
          error={call.error}
          title={call.outcome === 'refused' ? 'The request was refused' : 'The call failed'}
        />
      )}
      <Section title="Attempts" note={call.tries.length === 0 ? 'No attempt was made.' : undefined}>
        {call.tries.length > 0 && <Waterfall call={call} now={now} />}
        {call.tries.map(
          (each, index) =>
            each.error !== undefined && (
              <details key={index} class="error-of">
                <summary>
                  Error of {each.target}, attempt {each.attempt ?? 1}: {each.error.kind}
                </summary>
                <ErrorBox error={each.error} />
              </details>
            ),
        )}
      </Section>
      {call.warnings !== undefined && (
        <Section title="Warnings">
          <ul class="plain">
            {call.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Section>
      )}
      {showsContent && call.hasContent === true && <Content call={call} />}
      {/* Content of the call log, unless the inspector has stored that of the call. */}
      {call.content !== undefined && !(showsContent && call.hasContent === true) && (
        <Section title="Content">
          <TextBlock role="request" text={JSON.stringify(call.content.request, null, 2)} />
          {call.content.response !== undefined && (
            <TextBlock role="answer" text={JSON.stringify(call.content.response, null, 2)} />
          )}
        </Section>
      )}
      {call.events.length > 0 && <Events call={call} />}
      {!showsContent && call.content === undefined && (
        <p class="hint small">Prompts and responses are not stored: the option `content` is off.</p>
      )}
    </article>
  );
}

function Facts({ call, now }: { readonly call: ListedCall; readonly now: number }): JSX.Element {
  useCosts(call.nanoUsd === undefined ? [call] : []);
  const recorded = useStore().costOf(call.id);
  const cost = call.nanoUsd === undefined ? recorded : { nanoUsd: call.nanoUsd, unpriced: 0 };
  const { usage = {} } = call;
  const number = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : count(value);
  const rows: readonly (readonly [name: string, value: string | undefined, href?: string | undefined])[] = [
    ['Took', duration((call.endedAt ?? now) - call.startedAt)],
    ['First content', call.firstMs === undefined ? undefined : duration(call.firstMs)],
    [
      'Cost',
      cost === undefined
        ? undefined
        : (cost.nanoUsd === undefined ? 'unknown' : usd(cost.nanoUsd)) +
          (cost.unpriced > 0 && cost.nanoUsd !== undefined ? ' + unknown' : ''),
    ],
    ['Tokens in', number(usage.input)],
    ['Tokens out', number(usage.output)],
    ['From cache', number(usage.cacheRead)],
    ['Reasoning', number(usage.reasoning)],
    ['Finish', call.finish],
    ['Status', number(call.status)],
    ['Tenant', call.tenant, call.tenant && addressOf({ tenant: call.tenant })],
    ['Key', call.key, call.key && addressOf({ key: call.key })],
    ['Operation', call.operation],
    ['Began', dateTime(call.startedAt)],
    ['Model', call.model],
    ['Spec', call.spec === '' ? undefined : call.spec],
    ['Arms', armsText(call.arms)],
    ['Id', call.id],
    ['Request id', call.requestId],
    ['Metadata', call.metadata],
  ];
  return (
    <dl class="facts">
      {rows.map(
        ([name, value, href]) =>
          value !== undefined && (
            <div key={name} class={value.length > 24 || name === 'Key' ? 'wide' : ''}>
              <dt>{name}</dt>
              <dd>{href === undefined ? value : <a href={href}>{value}</a>}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

const armsText = (arms: ListedCall['arms']): string | undefined =>
  arms &&
  Object.entries(arms)
    .map(([name, arm]) => `${name}: ${arm}`)
    .join(', ');

interface ErrorBoxProps {
  readonly error: FeedError;
  readonly title?: string;
}

const ErrorBox = ({ error, title }: ErrorBoxProps): JSX.Element => (
  <div class="error">
    {title !== undefined && <h3>{title}</h3>}
    <p>
      <b class="chip bad">{error.kind}</b> {error.message}
    </p>
    {error.facts.length > 0 && (
      <dl>
        {error.facts.map(([name, value], index) => (
          <div key={index}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    )}
    {error.body !== undefined && <pre tabIndex={0}>{error.body}</pre>}
    {error.causes.map((cause, index) => (
      <p key={index} class="cause">
        caused by {cause}
      </p>
    ))}
  </div>
);

interface SectionProps {
  readonly title: string;
  readonly note?: string | undefined;
  readonly children?: ComponentChildren;
}

const Section = ({ title, note, children }: SectionProps): JSX.Element => (
  <section class="part">
    <h3>{title}</h3>
    {note !== undefined && <p class="soft">{note}</p>}
    {children}
  </section>
);

function Content({ call }: { readonly call: ListedCall }): JSX.Element {
  // The server ignores `at`. It loads the content again when the call ends, because then the answer is known.
  const { value, error } = useLoaded<FeedContent>('content', { id: call.id, at: call.outcome });
  return (
    <Section title="Content" note={error}>
      {value?.messages.map(({ role, text }, index) => (
        <TextBlock key={index} role={role} text={text} />
      ))}
      {value?.answer !== undefined && <TextBlock role="answer" text={value.answer} />}
    </Section>
  );
}

const TextBlock = ({ role, text }: { readonly role: string; readonly text: string }): JSX.Element => (
  <div class={`said-by ${role}`}>
    <h4>{role}</h4>
    <pre tabIndex={0}>{text}</pre>
  </div>
);

const Events = ({ call }: { readonly call: ListedCall }): JSX.Element => (
  <Section title="Events">
    <table class="events">
      <thead class="unseen">
        <tr>
          <th scope="col">At</th>
          <th scope="col">Event</th>
          <th scope="col">Target</th>
          <th scope="col">Detail</th>
        </tr>
      </thead>
      <tbody>
        {call.events.map((event, index) => (
          <tr key={index}>
            <td class="number">{duration(event.at)}</td>
            <td>{event.type}</td>
            <td class="target">{event.target}</td>
            <td>{event.detail}</td>
          </tr>
        ))}
      </tbody>
    </table>
    {call.leftOut !== undefined && <p class="soft">{count(call.leftOut)} more were left out.</p>}
  </Section>
);
