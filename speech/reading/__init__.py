"""Recordings read whatever is wrong with them: tracks, times, damage, joints, channels."""
