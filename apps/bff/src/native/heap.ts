import { setFlagsFromString } from 'node:v8'

/**
 * Has the heap collected once it is twice what is in use. Left alone, V8 waits until it is some four times that: a console
 * of 100 MB then took 270 MB in an audit of 10,000 items on four drives, and 210 MB with this, for 5 % more work. It may be
 * called at any time; `--heap-growing-percent` is read at each collection.
 */
export function collectEarly() {
  setFlagsFromString('--heap-growing-percent=100')
}
