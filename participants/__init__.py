from participants.refusals import Refused

__all__ = ["Refused"]
