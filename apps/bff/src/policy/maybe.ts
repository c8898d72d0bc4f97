/** Null: it can't be told. */
export type Maybe = boolean | null

/** False as soon as one is. */
export const every = (answers: readonly Maybe[]): Maybe =>
  answers.includes(false) ? false : answers.includes(null) ? null : true

/** True as soon as one is. */
export const some = (answers: readonly Maybe[]): Maybe =>
  answers.includes(true) ? true : answers.includes(null) ? null : false

export const not = (answer: Maybe): Maybe => (answer === null ? null : !answer)
