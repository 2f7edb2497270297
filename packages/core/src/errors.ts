/**
 * Base of all errors that a user can mend. The message is one line that says which argument, what was expected, what
 * came, and what to do; a command line shows it as it stands, without a stack.
 */
export class SurprisalError extends Error {
  override name = 'SurprisalError';
}

/** An array or tensor of the wrong rank or size. */
export class ShapeError extends SurprisalError {
  override name = 'ShapeError';
}

/** A value outside the domain of a method: a parameter out of range, a label out of range, probabilities that do not sum to 1. */
export class DomainError extends SurprisalError {
  override name = 'DomainError';
}

/** A data set, file or run folder that is missing, unreadable or corrupt. */
export class DataError extends SurprisalError {
  override name = 'DataError';
}

/** An optional dependency or engine that is not installed or does not work on this machine. */
export class MissingDependencyError extends SurprisalError {
  override name = 'MissingDependencyError';
}

/** A name that nothing is registered under. `suggestion` is the nearest registered name, when one is near. */
export class UnknownNameError extends SurprisalError {
  override name = 'UnknownNameError';
  constructor(
    message: string,
    readonly suggestion?: string,
  ) {
    super(message);
  }
}
