import { Box } from 'ink';
import type { ReactNode } from 'react';

/** Rows that are not the page's own: title, a gap before and after, the footer, and the row that stays free. */
export const otherRows = 5;

/** What stands between title and footer in place of the run. */
export function OtherPage({ children, footer }: { children: ReactNode; footer: ReactNode }): ReactNode {
  return (
    <>
      <Box flexDirection="column" marginTop={1}>
        {children}
      </Box>
      <Box flexDirection="column" marginTop={1}>
        {footer}
      </Box>
    </>
  );
}
