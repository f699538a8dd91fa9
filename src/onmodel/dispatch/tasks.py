"""The names of all tasks that may be asked for (contracts, section 4)."""

from enum import StrEnum


class Task(StrEnum):
    """What a call does; a function declares which of these it can do."""

    TRAIN_LORA = "character.train_lora"
    GENERATE_BASE = "character.generate_base"
    GENERATE_VARIATION = "character.generate_variation"
    GENERATE_TALKING = "character.generate_talking"
    TRANSFER_MOTION = "character.transfer_motion"
    EDIT_INSTRUCTION = "character.edit_instruction"
    VALIDATE_CONSISTENCY = "character.validate_consistency"
    OPTIMIZE_MODEL = "character.optimize_model"
    DEPLOY_MODEL = "character.deploy_model"
