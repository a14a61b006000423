"""Placeholder."""
def house(request):
    return {}
