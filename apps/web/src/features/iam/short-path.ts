const SAME_FOR_ALL = /\/(identity|policy|members)\.json$/

/** What tells no item from another would take the room of what does. Details, files and paper have the whole path. */
export const shortPath = (path: string) => path.replace(/^config\//, '').replace(SAME_FOR_ALL, '')
