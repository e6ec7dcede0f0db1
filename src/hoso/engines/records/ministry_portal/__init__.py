"""The ministry's portal: papers of ended visits go there every night, and its listing is compared with ours (ADR 106).

The real portal's protocol is not published; what is here is unofficial until it is.
"""
