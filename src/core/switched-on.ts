/** Whether a variable of the environment says yes: it is there, and is neither empty nor `0` nor `false`. */
export function isSwitchedOn(value: string | undefined): boolean {
  return !['', '0', 'false', undefined].includes(value);
}
