from rest_framework.authentication import SessionAuthentication as Base


class SessionAuthentication(Base):
    pass
