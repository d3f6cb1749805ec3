import type { Catalog, ModelNotice } from '@majordomo/catalog';
import type { CallEvent, Clock } from '@majordomo/core';

/** Retirement notices for the models of called targets. */
export interface Retirements {
  readonly onEvent: (event: CallEvent) => void;
  /** Notices by target. */
  readonly notices: ReadonlyMap<string, ModelNotice>;
}

/** Looks up each called target once per day, stores new notices in `notices`, and calls `onNotice` after each of them. */
export function watchRetirements(
  catalog: Catalog | undefined,
  clock: Clock,
  onNotice: () => void,
): Retirements {
  const notices = new Map<string, ModelNotice>();
  if (catalog === undefined) return { notices, onEvent: () => undefined };
  // Handle the error here, so that it ends no process. Without `@majordomo/catalog`, no notices are shown.
  const loading = import('@majordomo/catalog').then(
    ({ modelNotices }) =>
      modelNotices({
        catalog,
        clock,
        onNotice(notice) {
          if (notice.target !== undefined) notices.set(notice.target, notice);
          onNotice();
        },
      }),
    () => undefined,
  );
  return {
    notices,
    onEvent(event) {
      void loading.then((listener) => listener?.(event));
    },
  };
}
