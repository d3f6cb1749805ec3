import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FeedCall } from '../feed-types.ts';
import { CallRow } from './call-row.tsx';
import { count } from './format.ts';
import { useCosts } from './hooks.ts';

/** Height of a row in pixels, equal to the height in the style sheet. */
const ROW = 58;
const BEYOND = 8;

interface CallListProps {
  readonly calls: readonly FeedCall[];
  readonly selected: string;
  readonly now: number;
  readonly onSelect: (id: string) => void;
}

/** List that renders only its visible rows. If the list is scrolled down, new calls do not move its rows. */
export function CallList({ calls, selected, now, onSelect }: CallListProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const [{ top, height }, setWindow] = useState({ top: 0, height: 900 });
  const at = calls.findIndex(({ id }) => id === selected);
  const first = Math.max(0, Math.floor(top / ROW) - BEYOND);
  const last = Math.min(calls.length, Math.ceil((top + height) / ROW) + BEYOND);
  const visible = calls.slice(first, last);
  useCosts(visible);
  useMeasured(list, setWindow);
  useAnchored(list, calls);

  const go = (to: number): void => {
    const call = calls[Math.max(0, Math.min(calls.length - 1, to))];
    if (call === undefined || list.current === null) return;
    onSelect(call.id);
    reveal(list.current, calls.indexOf(call) * ROW);
  };
  const page = Math.max(1, Math.floor(height / ROW) - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: calls.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) go(to);
    else if (event.key === 'Enter') document.getElementById('detail')?.focus();
    else return;
    event.preventDefault();
  };

  return (
    <>
      <p class="unseen" id="list-help">
        {count(calls.length)} calls, the newest first. Arrow keys choose, Enter goes to the details.
      </p>
      <div
        ref={list}
        class="list"
        role="listbox"
        tabIndex={0}
        aria-label="Calls"
        aria-describedby="list-help"
        aria-activedescendant={at >= first && at < last ? `call-${selected}` : undefined}
        onKeyDown={onKeyDown}
        onScroll={({ currentTarget }) =>
          setWindow({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })
        }
      >
        {calls.length === 0 && (
          <p class="hint" role="option" aria-selected="false" aria-disabled="true">
            No call matches the filter.
          </p>
        )}
        <div role="presentation" class="all" style={{ height: `${calls.length * ROW}px` }}>
          <div role="presentation" class="window" style={{ transform: `translateY(${first * ROW}px)` }}>
            {visible.map((call, index) => (
              <CallRow
                key={call.id}
                call={call}
                now={call.outcome === 'running' ? now : 0}
                isSelected={call.id === selected}
                place={first + index + 1}
                of={calls.length}
                onSelect={onSelect}
              />
            ))}
          </div>
        </div>
      </div>
    </>
  );
}

function reveal(list: HTMLElement, top: number): void {
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
}

type Ref = { readonly current: HTMLDivElement | null };

function useMeasured(list: Ref, set: (window: { top: number; height: number }) => void): void {
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => set({ top: element.scrollTop, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
}

/** Keeps the first visible row in place when calls are added above it, unless the list is scrolled to the top. */
function useAnchored(list: Ref, calls: readonly FeedCall[]): void {
  const before = useRef(calls);
  useLayoutEffect(() => {
    const element = list.current;
    const first = element === null ? undefined : before.current[Math.floor(element.scrollTop / ROW)];
    before.current = calls;
    if (element === null || first === undefined || element.scrollTop < ROW) return;
    const within = element.scrollTop % ROW;
    const now = calls.findIndex(({ id }) => id === first.id);
    if (now >= 0) element.scrollTop = now * ROW + within;
  }, [calls]);
}
