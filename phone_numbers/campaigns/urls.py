"""Addresses of the campaigns, below `/campaigns/`."""

from django.urls import path

from phone_numbers.views import campaign_caller_id, campaign_changes, campaign_pools, campaigns

app_name = "campaigns"
urlpatterns = [
    path("", campaigns.CampaignListView.as_view(), name="list"),
    path("new/", campaign_changes.CampaignCreateView.as_view(), name="create"),
    path("<uuid:uuid>/", campaigns.CampaignDetailView.as_view(), name="detail"),
    path("<uuid:uuid>/edit/", campaign_changes.CampaignEditView.as_view(), name="edit"),
    path("<uuid:uuid>/end/", campaign_changes.CampaignEndView.as_view(), name="end"),
    path("<uuid:uuid>/default/", campaign_changes.CampaignDefaultView.as_view(), name="default"),
    path("<uuid:uuid>/caller-id/", campaign_caller_id.CallerIdView.as_view(), name="caller_id"),
    path("<uuid:uuid>/numbers/add/", campaign_pools.PoolAddView.as_view(), name="add_numbers"),
    path("<uuid:uuid>/numbers/remove/", campaign_pools.PoolRemoveView.as_view(), name="remove_numbers"),
]
