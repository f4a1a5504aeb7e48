def seed_faults(department, share, earlier):
    from inventing import self_scoring
    self_scoring.say_grade(department)
