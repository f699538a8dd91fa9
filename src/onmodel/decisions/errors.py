"""What can go wrong with decisions and their links."""

from onmodel.kit.errors import (
    ConflictError,
    GoneError,
    InvalidError,
    NotFoundError,
    UnauthorisedError,
)


class DecisionNotFoundError(NotFoundError):
    code = "decision_not_found"
    title = "No such decision"
    default_try = "Check the link, or ask somebody of the project."


class CandidateNotFoundError(NotFoundError):
    code = "candidate_not_found"
    title = "This picture is not in the decision"
    default_try = "It may have been taken out meanwhile; look at the decision again."


class WrongPictureError(InvalidError):
    code = "wrong_picture"
    title = "This picture cannot be suggested here"
    default_try = "Choose a picture of the same character for the same place in the sheet."


class TooManyCandidatesError(ConflictError):
    code = "too_many_candidates"
    title = "Twelve pictures are the most"
    default_try = "Take one out first."


class CandidateTwiceError(ConflictError):
    code = "candidate_twice"
    title = "This picture is there already"
    default_try = "Vote for it instead."


class TooFewCandidatesError(ConflictError):
    code = "too_few_candidates"
    title = "There is nothing to choose from yet"
    default_try = "Suggest a second picture, or wait until it is made."


class VotingOverError(ConflictError):
    code = "voting_over"
    title = "Voting is over"
    default_try = "The lead can open the decision again."


class NotDecidedError(ConflictError):
    code = "not_decided"
    title = "This decision is open"
    default_try = "Vote, or let the lead choose."


class WrongMethodError(ConflictError):
    code = "wrong_method"
    title = "This decision is voted on in another way"
    default_try = "Load the page again."


class DecisionStaleError(ConflictError):
    code = "decision_changed"
    title = "Somebody changed this decision meanwhile"
    default_try = "Look at the new state and try again."


class LeadError(InvalidError):
    code = "lead_cannot_decide"
    title = "This person cannot decide"
    default_try = "Choose somebody who may change characters in this project."


class DeadlinePastError(InvalidError):
    code = "deadline_past"
    title = "The deadline has passed already"
    default_try = "Choose a later time."


class CommentNotFoundError(NotFoundError):
    code = "comment_not_found"
    title = "No such comment"
    default_try = "Look at the decision again."


class NotYourCommentError(ConflictError):
    code = "not_your_comment"
    title = "Somebody else said this"
    default_try = "Say something yourself."


class TooMuchSaidError(ConflictError):
    code = "too_much_said"
    title = "There are too many already"
    default_try = "Ask somebody of the team."


class ReviewLinkGoneError(GoneError):
    code = "review_link_gone"
    title = "This link no longer works"
    default_try = "Ask whoever sent it for a new one."


class ReviewPasswordError(UnauthorisedError):
    code = "review_password_wrong"
    title = "The password is wrong"
    default_try = "Check it, or ask whoever sent you the link."


class GuestUnknownError(UnauthorisedError):
    code = "guest_unknown"
    title = "Say who you are first"
    default_try = "Open the link again and give your name."


class GuestNameTakenError(ConflictError):
    code = "guest_name_taken"
    title = "Somebody else has this name here"
    default_try = "Add your last name, or use the browser in which you began."
