import { Box, Text } from 'ink';
import { createContext, type ReactNode, useContext } from 'react';
import type { Role, Theme } from '../theme.ts';

const ThemeContext = createContext<Theme | undefined>(undefined);

export const ThemeProvider = ThemeContext.Provider;

export function useTheme(): Theme {
  const theme = useContext(ThemeContext);
  if (!theme) throw new Error('drawn outside of a ThemeProvider');
  return theme;
}

/** Text in a role, inside of a Line. */
export function Piece({ role = 'plain', children }: { role?: Role; children: ReactNode }): ReactNode {
  return <Text {...useTheme().styles[role]}>{children}</Text>;
}

/** Exactly one row; what does not fit is cut, so that a frame's height is known before it is drawn. */
export function Line({ children, width }: { children?: ReactNode; width?: number }): ReactNode {
  const { unicode } = useTheme();
  // Ink's ellipsis is not ASCII; a hard wrap whose second row is hidden cuts without one.
  return (
    <Box height={1} flexShrink={0} overflow="hidden" {...(width === undefined ? {} : { width })}>
      <Text wrap={unicode ? 'truncate-end' : 'hard'}>{children}</Text>
    </Box>
  );
}
