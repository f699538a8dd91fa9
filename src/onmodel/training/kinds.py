"""Kinds of trained models: what a training answers is one of these, and so is what reads it.

The kind is the name of the output of a training function and of the input of a generator.
"""

IDENTITY_PROFILE = "identity_profile"
LORA = "lora"

# what the file is called in the input folder of a generator that reads it
FILE_NAMES = {IDENTITY_PROFILE: "identity_profile.json", LORA: "lora.safetensors"}

# outputs of training functions, and the kind of model that each is
OF_OUTPUT = {"profile": IDENTITY_PROFILE, LORA: LORA}
