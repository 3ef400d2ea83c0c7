"""What a run tells: its times, why it stands still, where the time went, and the floor plan.

report, diagnose, timeline, bottleneck, floor_plan
"""
