import { holdsBytes, type TurnMessage } from '../../contract/message.ts';
import { isUnchanged, valuesOf } from '../../contract/unchanged.ts';
import { keepJson } from './kept-json.ts';
import { asGiven } from './tool-ids.ts';

/** What one message became. */
interface Form<Wire> {
  readonly wire: readonly Wire[];
  /** What the message held then. */
  readonly values: readonly unknown[];
  /** Its calls' ids, each with what it was called. */
  readonly calls: readonly (readonly [id: string, name: string])[];
  readonly isAsGiven: boolean;
}

type FormsByMessage<Wire> = WeakMap<TurnMessage, Form<Wire>>;

/**
 * What a wire makes of messages, by their identity: a transcript is sent again and again, and a message that was sent
 * does not change. Only for converters to which nothing counts but the message, `owner`, `settings` and the names of
 * its calls. Messages with images or files are not kept: their base64 would be held as long as they are.
 */
export class WireForms<Wire extends object> {
  private readonly byOwner = new WeakMap<object, Map<string, FormsByMessage<Wire>>>();

  /** `owner`: what lives as long as the model and tells it from others; `settings`: few, of a request. */
  of(owner: object, settings: string, nameOf: (id: string) => string): KnownForms<Wire> {
    let bySettings = this.byOwner.get(owner);
    if (bySettings === undefined)
      this.byOwner.set(owner, (bySettings = new Map<string, FormsByMessage<Wire>>()));
    let forms = bySettings.get(settings);
    if (forms === undefined) bySettings.set(settings, (forms = new WeakMap<TurnMessage, Form<Wire>>()));
    return new KnownForms(forms, nameOf);
  }
}

/** The forms under one request's settings. */
export class KnownForms<Wire extends object> {
  private readonly forms: FormsByMessage<Wire>;
  private readonly nameOf: (id: string) => string;

  constructor(forms: FormsByMessage<Wire>, nameOf: (id: string) => string) {
    this.forms = forms;
    this.nameOf = nameOf;
  }

  /** What the message became before, if it becomes the same now. Nobody may change it. */
  find(message: TurnMessage): readonly Wire[] | undefined {
    const form = this.forms.get(message);
    if (form === undefined || !isUnchanged(message, form.values)) return undefined;
    // The one comparison for a whole history that needs no other names.
    if (this.nameOf === asGiven) return form.isAsGiven ? form.wire : undefined;
    return form.calls.every(([id, name]) => this.nameOf(id) === name) ? form.wire : undefined;
  }

  /** From here on nobody may change `wire`; its JSON is made once. */
  keep(message: TurnMessage, wire: readonly Wire[]): void {
    if (holdsBytes(message)) return;
    const calls = callIds(message).map((id) => [id, this.nameOf(id)] as const);
    const isAsGiven = calls.every(([id, name]) => id === name);
    this.forms.set(message, { wire: wire.map(keepJson), values: valuesOf(message), calls, isAsGiven });
  }
}

function callIds(message: TurnMessage): readonly string[] {
  if (message.role === 'tool') return message.parts.map(({ callId }) => callId);
  return message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));
}
